/** A request body as a tree: the warehouse, or Node, writes it without either knowing the vendor. */
export interface BodyShape {
  /** Text before the first member. */
  open: string
  /** Text after the last member. */
  close: string
  /** One member. */
  item: ShapeNode
}

/** A constant, a column, or an object of them. A column marked `optional` is left out when it is NULL; others become null. */
export type ShapeNode =
  | { constant: string | number | boolean | null }
  | { column: string; type: string; optional?: boolean }
  | { object: readonly (readonly [name: string, node: ShapeNode])[] }
