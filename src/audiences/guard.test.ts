import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AudienceWarehouse, openAudienceWarehouse, ref } from '../../tests/support/audience-warehouse.ts'

let small: AudienceWarehouse

beforeAll(async () => {
  small = await openAudienceWarehouse()
})
afterAll(() => small.warehouse.close())

const all = `select customer_id from ${ref('customers')}`

describe('compileAudience refuses', () => {
  it.each<[string, string, string, string[]?]>([
    ['two statements', `${all};\n${all}`, 'a.sql:4: there are 2 statements; an audience is one SELECT'],
    ['a statement after the end', `${all}; drop table x`, 'a.sql:4: this is not a SELECT'],
    ['DDL', 'create table x as select 1', 'this is not a SELECT'],
    ['a deletion', 'delete from customers', 'this is not a SELECT'],
    ['an insertion', "insert into t values ('1')", 'this is not a SELECT'],
    [
      'a CTE that deletes',
      `with gone as (delete from ${ref('customers')} returning customer_id) select customer_id from gone`,
      'a.sql:4: A CTE needs a SELECT',
    ],
    ['attach', "attach 'x.duckdb'", 'this is not a SELECT'],
    ['copy', `copy (${all}) to 'x.csv'`, 'this is not a SELECT'],
    ['copy from a file', "copy t from 'x.csv'", 'this is not a SELECT'],
    ['pragma', 'pragma database_list', 'this is not a SELECT'],
    ['set', 'set memory_limit = 1', 'this is not a SELECT'],
    ['call', 'call pragma_version()', 'this is not a SELECT'],
    ['install', 'install httpfs', 'this is not a SELECT'],
    ['load', 'load httpfs', 'this is not a SELECT'],
    ['export', "export database 'x'", 'this is not a SELECT'],
    ['explain', `explain ${all}`, 'this is not a SELECT'],
    ['describe', `describe ${all}`, 'show is not for audiences'],
    ['show tables', 'show tables', 'show is not for audiences'],
    ['summarize', `summarize ${all}`, 'show is not for audiences'],
    ['a show inside', `select customer_id from (show tables)`, 'show is not for audiences'],
    ['only a comment', '-- select 1', 'this is not a SELECT'],
    [
      'a syntax error, with its line',
      `select customer_id\nfrom ${ref('customers')}\nwhere and true`,
      'a.sql:6: syntax error at or near "and"',
    ],
    ['text closed out of the parentheses', `${all}) as a; drop table x; --`, 'a.sql:4: syntax error'],
    ['a comment left open', `${all} /* open`, 'a.sql:4: '],
    ['select *', `select * from ${ref('customers')}`, 'a.sql:4: select * gives whatever the mart grows'],
    ['select c.*', `select c.* from ${ref('customers')} c`, 'select * gives'],
    ['from without select', `from ${ref('customers')}`, 'select * gives'],
    ['table', `table ${ref('customers')}`, 'select * gives'],
    ['values', "values ('1')", 'select * gives'],
    ['columns()', `select columns('c.*') from ${ref('customers')}`, 'columns() is not for audiences'],
    ['read_csv', "select customer_id from read_csv('/etc/passwd')", 'read_csv() is read as a table'],
    [
      'read_parquet in a subquery',
      `${all} where customer_id in (select a from read_parquet('x'))`,
      'read_parquet() is read as a table',
    ],
    [
      'read_text in a CTE',
      `with a as (select * from read_text('/etc/passwd')) ${all}`,
      'read_text() is read as a table',
    ],
    ['a file as a table', "select customer_id from '/etc/passwd.csv'", "'/etc/passwd.csv' is read directly"],
    [
      'a file that a CTE elsewhere is named after',
      `with b as (with "x.csv" as (select 1 as c) select c from "x.csv") select customer_id from 'x.csv'`,
      "'x.csv' cannot name a CTE",
    ],
    [
      'a table that a CTE elsewhere is named after',
      `with b as (with customers as (select 1 as c) select c from customers) select customer_id from customers`,
      "'customers' is read directly",
    ],
    ['glob', "select file as customer_id from glob('*')", 'glob() is read as a table'],
    ['query()', "select customer_id from query('select 1 as customer_id')", 'query() is read as a table'],
    [
      'generate_series',
      'select customer_id from generate_series(1, 9) t(customer_id)',
      'generate_series() is read as a table',
    ],
    ['a table by its name', 'select customer_id from customers', "a.sql:4: 'customers' is read directly"],
    [
      'a table by its full name',
      'select customer_id from warehouse.winback.customers',
      "'warehouse.winback.customers' is read directly",
    ],
    [
      'information_schema',
      'select table_name as customer_id from information_schema.tables',
      "'information_schema.tables' is read directly",
    ],
    ['duckdb_settings()', 'select name as customer_id from duckdb_settings()', 'duckdb_settings() is read as a table'],
    ['sqlite_master', 'select name as customer_id from sqlite_master', "'sqlite_master' is read directly"],
    ['getenv', `${all} where first_name = getenv('HOME')`, 'getenv() is not for audiences'],
    ['getvariable', `${all} where first_name = getvariable('x')`, 'getvariable() is not for audiences'],
    ['current_setting', `${all} where first_name = current_setting('x')`, 'current_setting() is not for audiences'],
    ['nextval', `${all} where 1 = nextval('x')`, 'nextval() is not for audiences'],
    ['random', `${all} where random() < 0.5`, 'random() is not for audiences'],
    ['the clock', `${all} where days_since_order > extract(doy from now())`, '() is not for audiences'],
    ['current_date', `${all} where current_date > date '2026-01-01'`, 'current_date changes from run to run'],
    ['current_user', `${all} where first_name = current_user`, 'current_user changes from run to run'],
    [
      'date arithmetic',
      `${all} where date '2026-01-01' + interval 3 day > date '2026-01-01'`,
      '() is not for audiences',
    ],
    ['a parameter', `${all} where first_name = $1`, 'parameter is not for audiences'],
    ['a question mark', `${all} where first_name = ?`, 'parameter is not for audiences'],
    ['a lambda', `${all} where list_contains(list_transform([1], x -> x), 1)`, 'is not for audiences'],
    ['a sample', `${all} using sample 10`, 'a sample differs from run to run'],
    ['tablesample', `${all} tablesample 10%`, 'a sample differs from run to run'],
    ['limit without order', `${all} limit 10`, 'limit without order by'],
    ['limit ordered by a constant', `${all} order by 'x' limit 10`, 'limit without order by'],
    [
      'distinct on without order',
      `select distinct on (segment) customer_id from ${ref('customers')}`,
      'distinct on without',
    ],
    [
      'a limit inside a CTE',
      `with a as (select * from ${ref('customers')} limit 1) select customer_id from a`,
      'limit without order by',
    ],
    ['a numbering without order', `${all} qualify row_number() over () = 1`, 'row_number() without order by'],
    [
      'a numbering ordered by a constant',
      `${all} qualify row_number() over (partition by segment order by 1) = 1`,
      'row_number() without order by',
    ],
    ['ntile without order', `${all} qualify ntile(10) over (partition by segment) = 1`, 'ntile() without order by'],
    ['lag without order', `${all} qualify lag(segment) over () = 'new'`, 'lag() without order by'],
    [
      'first_value without order',
      `${all} qualify first_value(customer_id) over () = customer_id`,
      'first_value() without',
    ],
    [
      'a named window without order',
      `${all} window w as (partition by segment) qualify rank() over w = 1`,
      'rank() without order by',
    ],
    [
      'a frame without order',
      `${all} qualify sum(days_since_order) over (rows between 1 preceding and current row) > 9`,
      'the frame of sum() without order by',
    ],
    [
      'first without order',
      `select first(customer_id) as customer_id from ${ref('customers')} group by segment`,
      'first() without order by',
    ],
    ['last as a window', `${all} qualify last(customer_id) over () = customer_id`, 'last() without order by'],
    [
      'any_value',
      `select any_value(customer_id) as customer_id from ${ref('customers')}`,
      'any_value() picks whichever row comes first',
    ],
    ['mode', `${all} where segment = (select mode(segment) from ${ref('customers')})`, 'mode() picks whichever'],
    [
      'a positional join',
      `select c.customer_id from ${ref('customers')} c positional join ${ref('orders')} o`,
      'a positional join pairs rows as they come',
    ],
    [
      'an asof join',
      `select c.customer_id from ${ref('customers')} c asof join ${ref('orders')} o on c.customer_id >= o.customer_id`,
      'an asof join pairs rows as they come',
    ],
    ['uuid', `${all} where first_name < uuid()`, 'uuid() is not for audiences'],
    ['hash', `${all} where hash(customer_id) % 2 = 0`, 'hash() is not for audiences'],
    ['setseed', `${all} where setseed(0.5) is null`, 'setseed() is not for audiences'],
    ['today', `${all} where date '2026-01-01' < today()`, 'today() is not for audiences'],
    [
      'a CTE whose name DuckDB folds otherwise, so that a file would be read',
      `with "/tmp/lea\u212A.csv" as (select '1' as customer_id) select customer_id from "/tmp/leak.csv"`,
      "'/tmp/lea\u212A.csv' cannot name a CTE",
    ],
    [
      'a CTE whose name DuckDB folds otherwise, so that a system view would be read',
      `with "duc\u212Adb_databases" as (select '1' as path) select path as customer_id from duckdb_databases`,
      "'duc\u212Adb_databases' cannot name a CTE",
    ],
    [
      'the same the other way round',
      `with duckdb_databases as (select '1' as path) select path as customer_id from "duc\u212Adb_databases"`,
      "'duc\u212Adb_databases' is read directly",
    ],
    [
      'a CTE with the name of a file',
      `with "/tmp/leak.csv" as (select '1' as customer_id) select customer_id from "/tmp/leak.csv"`,
      "'/tmp/leak.csv' cannot name a CTE",
    ],
    ['a function that JavaScript alone folds', `${all} where "ran\u212A"() = 1`, 'is not for audiences'],
    ['a cast to a type it does not know', `${all} where cast(segment as mood) = 'x'`, 'is not for audiences'],
    [
      'a recursive CTE',
      `with recursive a as (select '1' as customer_id union all select customer_id from a) select customer_id from a`,
      'recursive cte is not for audiences',
    ],
    [
      'unpivot',
      `select customer_id from ${ref('customers')} unpivot (v for n in (segment, first_name))`,
      'pivot is not for audiences',
    ],
    ['an e-mail column', `select customer_id, email from ${ref('customers')}`, "column 'email' identifies people"],
    ['an e-mail in a filter', `${all} where email like '%@example.com'`, "column 'email' identifies people"],
    ['a second e-mail column', `${all} where email1 is null`, "column 'email1' identifies people"],
    [
      'text under a flag’s name',
      `select customer_id, is_email_address from ${ref('customers')}`,
      "column 'is_email_address' identifies people",
      ['is_email_address'],
    ],
    [
      'an e-mail under another name',
      `select customer_id, email as note from ${ref('customers')}`,
      "column 'email' identifies people",
      ['note'],
    ],
    [
      'an e-mail to join on',
      `select c.customer_id from ${ref('customers')} c join ${ref('orders')} o using (customer_id, email)`,
      "column 'email' identifies people",
    ],
    [
      'another name for an e-mail',
      `select customer_id, first_name as email from ${ref('customers')}`,
      "column 'email' would carry an identifier",
    ],
    [
      'a whole row as text',
      `select customer_id, to_json(c) as note from ${ref('customers')} c`,
      'to_json() is not for audiences',
      ['note'],
    ],
    ['no customer_id', `select first_name from ${ref('customers')}`, "'customer_id' is not selected", ['first_name']],
    [
      'a field that is not declared',
      `select customer_id, segment from ${ref('customers')}`,
      "'segment' is selected but not declared",
    ],
    ['a declared field that is not there', all, "'segment' is not selected", ['segment']],
    [
      'a column twice',
      `select customer_id, segment, segment from ${ref('customers')}`,
      "column 'segment' is selected twice",
      ['segment'],
    ],
    ['a column without a name', `select customer_id, 1 + 1 from ${ref('customers')}`, 'a column has no name'],
    ['no mart at all', "select '1' as customer_id", 'it reads no mart'],
    [
      'a model that is not there',
      `select customer_id from ${ref('custmers')}`,
      "a.sql:4: no model 'custmers' in the last build",
    ],
    ['identities', `select customer_id from ${ref('identities_klaviyo')}`, "'identities_klaviyo' is not for audiences"],
    ['the input contract', `select customer_id from ${ref('in_customers')}`, "'in_customers' is not for audiences"],
    [
      'a model that is not public',
      `select customer_id from ${ref('secret')}`,
      "'secret' is not a public mart with a contract",
    ],
    [
      'a mart without a contract',
      `select customer_id from ${ref('loose')}`,
      "'loose' is not a public mart with a contract",
    ],
    [
      'a ref inside a text',
      `${all} where first_name = '{{ ref("customers") }}'`,
      'ref() does not stand for a table here',
    ],
    [
      'a ref as a column',
      `select {{ ref('customers') }} as customer_id from ${ref('customers')}`,
      'ref() does not stand for a table here',
    ],
    ['var()', `${all} where days_since_order > {{ var('days') }}`, "a.sql:4: only {{ ref('model') }} is known here"],
    ['source()', "select customer_id from {{ source('a', 'b') }}", "only {{ ref('model') }} is known here"],
    ['a Jinja block', '{% if true %} select 1 {% endif %}', "only {{ ref('model') }} is known here"],
    ['a Jinja comment', `{# x #} ${all}`, "only {{ ref('model') }} is known here"],
    [
      'a ref with a package',
      "select customer_id from {{ ref('pkg', 'customers') }}",
      "only {{ ref('model') }} is known here",
    ],
    ['a reserved name', `select customer_id from wb0__`, "names like 'wb0__' are kept for Winback"],
  ])('%s', async (_, body, message, fields = []) => {
    await expect(small.compile(body, fields)).rejects.toThrow(message)
  })

  it('with exit code 2 and a hint', async () => {
    await expect(small.compile('select customer_id from customers')).rejects.toMatchObject({
      code: 'audience.table',
      exitCode: 2,
      hint: "Write {{ ref('customers') }}: only refs are filtered to the brand.",
    })
  })

  it('a brand that is not a slug', async () => {
    await expect(small.compile(all, [], "a' or 'a' = 'a")).rejects.toThrow('is not a brand')
  })
})
