import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'

/** Days by which every date is moved: 780 whole weeks, so weekdays stay and the data ends on 2026-11-20 (it ended on 2011-12-09). */
const SHIFT_DAYS = 780 * 7

/**
 * Category of a product by the words of its description: the first rule that matches wins. Words stand for themselves
 * and their plural. Made for a demo, by reading the 4,070 descriptions; no claim beyond that.
 */
const rules: readonly [category: string, words: string][] = [
  [
    'Other',
    'POSTAGE|CARRIAGE|MANUAL|DISCOUNT|BANK CHARGES|COMMISSION|BAD DEBT|AMAZON FEE|SAMPLES|VOUCHER|DOTCOM POSTAGE|DOTCOMGIFTSHOP',
  ],
  [
    'Christmas and easter',
    'CHRISTMAS|XMAS|SANTA|SNOWMAN|SNOWFLAKE|REINDEER|BAUBLE|ADVENT|NOEL|HOLLY|STOCKING|TINSEL|WREATH|EASTER|JINGLE|NATIVITY|SNOWY',
  ],
  [
    'Candles and lights',
    'CANDLE|CANDLEHOLDER|CANDLESTICK|T-LIGHT|TLIGHT|TEALIGHT|LIGHT|LIGHTS|LANTERN|LAMP|LAMPSHADE|CHANDELIER|INCENSE|VOTIVE|NIGHTLIGHT|SCENTED|WICK|TORCH|CANDLEPOT|MATCHES',
  ],
  [
    'Jewellery and hair',
    'NECKLACE|NECKL|NECKLAC|BRACELET|EARRING|RING|BROOCH|PENDANT|CHARM|BANGLE|JEWELLERY|HAIR|HAIRCLIP|TIARA|BEAD|DIAMANTE|KEYRING|KEY RING|KEY-RING|BEADED',
  ],
  [
    'Bags and travel',
    'BAG|HANDBAG|SHOPPER|PURSE|WALLET|LUGGAGE|PASSPORT|BACKPACK|TOTE|SATCHEL|RUCKSACK|UMBRELLA|WASHBAG|SUITCASE|TRAVEL|SCARF|SLIPPER|PONCHO|RAIN HAT|SUNGLASSES',
  ],
  [
    'Stationery and cards',
    'CARD|NOTEBOOK|PEN|PENCIL|JOURNAL|STICKER|STATIONERY|PAPERWEIGHT|LETTER|ENVELOPE|ORGANISER|SKETCHBOOK|CALENDAR|BOOK|CHALK|ERASER|RUBBER|RULER|STAMP|TAPE|CLIPBOARD|MEMO|BOOKMARK|BLACKBOARD|CHALKBOARD|POSTCARD|NOTELET|WRITING SET|MEMOBOARD|FILE',
  ],
  [
    'Wrap and party',
    'WRAP|RIBBON|TISSUE|PARTY|BUNTING|BALLOON|GARLAND|BIRTHDAY|CONFETTI|INVITE|CAKE CASE|TAG|STREAMER|DOILY|DOILIES|CASES|PAPER CHAIN',
  ],
  [
    'Kitchen and dining',
    'MUG|CUP|TEACUP|TEA|TEAPOT|TEATIME|COFFEE|BOWL|PLATE|CUTLERY|CAKE|CAKESTAND|BAKING|JAR|JUG|TRAY|LUNCH|NAPKIN|KITCHEN|APRON|BOTTLE|SPOON|BEAKER|GLASS|DISH|SAUCER|PAN|OVEN|COASTER|PLACEMAT|RECIPE|JAM|PANTRY|BISCUIT|COOKIE|SUGAR|MILK|TOWEL|EGG|PICNIC|WINE|CANDY|CHOPSTICK|ICE|JELLY|MOULD|MEASURING|SCALES|TUMBLER|GOBLET|SNACK|FOOD|TABLECLOTH|DINNER|DINER|CHOCOLATE|CUPCAKE|PUDDING|FORK|CROCKERY|COSY|COCKTAIL|PITCHER|RAMEKIN|THERMOS|FLASK|BREAD|BREAKFAST|CANISTER|CANNISTER|PLATTER|FRUITBOWL|CHOPPING BOARD|STRAW|TOASTRACK|COLANDER|SALT AND PEPPER|GRATER|WHISK|CUTTER',
  ],
  [
    'Toys and children',
    'TOY|DOLL|DOLLY|CHILD|CHILDS|CHILDREN|CHILDRENS|KID|KIDS|GAME|JIGSAW|PUZZLE|TEDDY|SOLDIER|PLAYHOUSE|SPACEBOY|CIRCUS|SKITTLE|DOMINOES|SNAKES|MARBLE|BALL|HELICOPTER|CRAFT|FELTCRAFT|KNITTING|SEWING|DINOSAUR|PUPPET|BABY|BIB|RATTLE|ORIGAMI|SPINNING|SKIPPING|ROCKET|ROBOT|DRAWING|COLOURING|CRAYON|MODELLING|TATTOO|WHISTLE|YO-YO|HARMONICA|PLASTERS|BADGE|BINGO|WINDMILL|FELT|LUDO|ROCKING HORSE|PATCH|CREEPY CRAWLIE|PAINT|RACING|RABBIT|MONKEY',
  ],
  [
    'Garden',
    'GARDEN|PLANT|WATERING|HERB|BIRDHOUSE|BIRD HOUSE|PARASOL|POTTING|SEED|KNEELING|FLY SWAT|CLOTHES PEG|GROW|FLOWER POT|PLANTER|TROWEL|BIRD FEEDER|BIRDCAGE|THERMOMETER|FEEDER|SHED|TOOL|DOORMAT|DOOR MAT|POT|DECKCHAIR|HAMMOCK|GNOME|BUCKET|FLOWERPOT',
  ],
  [
    'Storage and tins',
    'BOX|BOXES|TIN|BASKET|STORAGE|CABINET|DRAWER|CHEST|RACK|HANGER|HOOK|BIN|TRINKET|TIDY|TRUNK|CRATE|HOLDER|SHELF|STAND|BANK|CONTAINER|CADDY',
  ],
  [
    'Home decor',
    'SIGN|FRAME|CUSHION|CLOCK|MIRROR|HEART|DECORATION|WALL|DOOR|KNOB|VASE|ART|PICTURE|PHOTO|RUG|BLANKET|THROW|CURTAIN|ORNAMENT|HANGING|FLOWER|TILE|LETTERS|DOORSTOP|MAGNET|FRIDGE|MOBILE|CHIME|CHAIR|STOOL|TABLE|FEATHER|BELL|QUILT|WARMER|FAN|BATHROOM|SOAP|BATH|SPONGE|TISSUE BOX|DUSTER|STAR|BUTTERFLY|BIRD|ANGEL|FLYING DUCK|PHOTOFRAME|POUFFE|ICICLE|PICNIC MAT|ACAPULCO MAT|PRINT|TOADSTOOL|HEN HOUSE|SCREEN|LEAF|GLOBE|HOT WATER|TREE|FEATHERS|ROSE|FUR|COVER|FILLER PAD|DOVE|ZINC|METAL|WOODEN|CERAMIC|CRYSTAL',
  ],
]

/** The category of a description, `Other` for postage and fees, when no rule matches, or when there is none. */
export function categoryOf(description: string | null): string {
  const text = (description ?? '').toUpperCase()
  return compiled.find(([, words]) => words.test(text))?.[0] ?? 'Other'
}

const compiled = rules.map(([name, words]) => [name, new RegExp(`(?<![A-Z])(?:${words})(?:S|ES)?(?![A-Z])`)] as const)

if (import.meta.main) {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
  const source = resolve(process.argv[2] ?? join(root, '../shared/data/online_retail.csv.gz'))
  const parquet = join(root, 'src/demo/data/online_retail.parquet')
  const seed = join(root, 'dbt/seeds/product_categories.csv')
  for (const file of [parquet, seed]) mkdirSync(dirname(file), { recursive: true })

  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  // Text as written, in the file's own order; types are the narrowest that lose nothing (prices have at most 3 decimals).
  await connection.run(`
    create table lines as
    select
      "InvoiceNo", "StockCode", "Description",
      cast("Quantity" as integer) as "Quantity",
      cast("InvoiceDate" as timestamp) + interval ${SHIFT_DAYS} day as "InvoiceDate",
      cast("UnitPrice" as decimal(9, 3)) as "UnitPrice",
      cast("CustomerID" as integer) as "CustomerID",
      "Country"
    from read_csv('${source.replaceAll("'", "''")}', all_varchar = true, header = true)`)
  rmSync(parquet, { force: true })
  await connection.run(`
    copy lines to '${parquet.replaceAll("'", "''")}'
    (format parquet, compression zstd, compression_level 22, row_group_size 600000)`)
  const products = await connection.runAndReadAll(`
    select "StockCode" as id, arg_max("Description", (n, "Description")) as description
    from (select "StockCode", "Description", count(*) as n from lines group by all)
    group by 1
    order by 1`)
  const rows = (products.getRowObjectsJson() as { id: string; description: string | null }[]).map(p => [
    p.id,
    categoryOf(p.description),
  ])
  writeFileSync(seed, `product_id,category\n${rows.map(row => row.join(',')).join('\n')}\n`)
  const counts = Object.entries(Object.groupBy(rows, ([, category]) => category ?? '')).map(
    ([name, of]) => `${name} ${of?.length ?? 0}`,
  )
  console.log(
    `${parquet}: ${statSync(parquet).size} bytes\n${seed}: ${rows.length} products\n${counts.sort().join('\n')}`,
  )
}
