import { nearest } from '../../config/nearest.ts'
import type { Entity } from '../../config/schema.ts'
import { entityFields } from '../csv/entity-fields.ts'
import { parseColumn } from '../csv/map-header.ts'
import type { GuessedColumn } from './guess-columns.ts'

/** A talk about one entity's columns. */
export interface ColumnTalk {
  entity: Entity
  header: readonly string[]
  /** What was given by flags. */
  given: Readonly<Record<string, string>>
  /** Shows the mapping that follows from these, and returns it. */
  show(given: Record<string, string>): readonly GuessedColumn[]
  ask(question: string): Promise<string>
  say(line: string): void
}

/** Lets a person correct the columns line by line (`field=Column`, `field=-` for none); Enter accepts. Returns what was given. */
export async function editColumns(talk: ColumnTalk): Promise<Record<string, string>> {
  const fields = entityFields[talk.entity].fields.map(field => field.name)
  let given = { ...talk.given }
  for (;;) {
    const answer = (
      await talk.ask('Enter accepts; or type field=Column, field=Column:%d/%m/%Y, field=- for none: ')
    ).trim()
    if (answer === '' || /^(y|yes|accept)$/i.test(answer)) return given
    const at = answer.indexOf('=')
    const field = answer.slice(0, Math.max(0, at)).trim()
    const column = answer.slice(at + 1).trim()
    if (!fields.includes(field)) {
      const near = nearest(field, fields)
      talk.say(
        `${talk.entity} has no field '${field}'${near === null ? `: ${fields.join(', ')}` : `; did you mean '${near}'?`}`,
      )
      continue
    }
    const name = parseColumn(column).column
    if (name !== '-' && !talk.header.includes(name)) {
      const near = nearest(name, talk.header)
      talk.say(`the file has no column '${name}'${near === null ? '' : `; did you mean '${near}'?`}`)
      continue
    }
    given = { ...given, [field]: column }
    talk.show(given)
  }
}
