import { describe, expect, it } from 'vitest'
import { parseAudience } from './parse.ts'

const select = "select customer_id from {{ ref('customers') }}"

describe('parseAudience', () => {
  it('reads front-matter and keeps the line numbers of the file', () => {
    const source = parseAudience(
      'models-sql/lapsed_vips.sql',
      `/*\nlabel: Lapsed VIPs\nfields: [first_name]\nowner: crm\n*/\n${select}`,
    )
    expect(source).toMatchObject({ slug: 'lapsed_vips', label: 'Lapsed VIPs', fields: ['first_name'], owner: 'crm' })
    expect(source.body.split('\n')[5]).toBe(select)
  })

  it('reads a file with a byte order mark and Windows line ends', () => {
    expect(parseAudience('a.sql', `\uFEFF/*\r\nlabel: Ä 🎁\r\n*/\r\n${select}`).label).toBe('Ä 🎁')
  })

  it('needs no fields', () => {
    expect(parseAudience('a.sql', `/* label: All */ ${select}`).fields).toEqual([])
  })

  it.each([
    ['no comment on top', select, 'a.sql:1: there is no front-matter'],
    ['an empty file', '', 'a.sql:1: there is no front-matter'],
    ['a comment that is never closed', `/* label: x\n${select}`, 'a.sql:1: there is no front-matter'],
    ['no label', `/*\nfields: []\n*/\n${select}`, 'a.sql:1: label is missing'],
    ['an unknown key', `/*\nlabel: x\nfeilds: [a]\n*/\n${select}`, "a.sql:3: unknown key 'feilds'"],
    ['broken YAML', `/*\nlabel: x\nfields: [a\n*/\n${select}`, 'a.sql:'],
    ['a duplicate key', `/*\nlabel: x\nlabel: y\n*/\n${select}`, 'a.sql:3: Map keys must be unique'],
    ['a field twice', `/*\nlabel: x\nfields: [a, a]\n*/\n${select}`, "a.sql:3: field 'a' is listed twice"],
    [
      'customer_id as a field',
      `/*\nlabel: x\nfields: [customer_id]\n*/\n${select}`,
      'a.sql:3: customer_id is always there',
    ],
    [
      'a field that is no column name',
      `/*\nlabel: x\nfields: ["a b"]\n*/\n${select}`,
      'a.sql:3: fields.0: must be a column name',
    ],
    [
      'an e-mail as a field',
      `/*\nlabel: x\nfields: [email]\n*/\n${select}`,
      "a.sql:3: field 'email' would carry an identifier",
    ],
    [
      'a phone as a field',
      `/*\nlabel: x\nfields: [phone_e164]\n*/\n${select}`,
      "field 'phone_e164' would carry an identifier",
    ],
    ['no SELECT', '/*\nlabel: x\n*/\n  \n', 'a.sql:5: there is no SELECT'],
    ['a NUL byte', `/*\nlabel: x\n*/\n${select}\0`, 'a.sql:1: the file holds a NUL byte'],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseAudience('a.sql', text)).toThrow(message)
  })

  it('suggests the key that was meant', () => {
    expect(() => parseAudience('a.sql', `/*\nlabel: x\nfeilds: [a]\n*/\n${select}`)).toThrow(
      expect.objectContaining({ hint: "Did you mean 'fields'?", exitCode: 2 }),
    )
  })

  it('refuses a file name that cannot be a slug', () => {
    expect(() => parseAudience('Lapsed VIPs.sql', '')).toThrow("'Lapsed VIPs' cannot name an audience")
  })

  it.each(['has_email', 'is_email_consented', 'email_opens_90d_is_wrong'])('knows that %s is a flag or not', name => {
    const read = () => parseAudience('a.sql', `/*\nlabel: x\nfields: [${name}]\n*/\n${select}`)
    if (name.startsWith('email')) expect(read).toThrow('identifier')
    else expect(read().fields).toEqual([name])
  })
})
