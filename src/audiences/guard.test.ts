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
      "'x.csv' is read directly",
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
