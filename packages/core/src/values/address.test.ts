import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidNameError } from '../errors/errors.js'
import { addressOf, checkAddress, checkName, everyNode, nameLengthMax, nodeOf, parseAddress } from './address.js'

const names = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/).filter((name) => name !== '__proto__')

describe('a name', () => {
  test('has 1 to 64 characters out of A-Z a-z 0-9 _ -', () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(checkName('group', name)).toBe(name)
      }),
    )
    expect(checkName('node', 'x'.repeat(nameLengthMax))).toHaveLength(64)
  })

  test.each([
    ['nothing', ''],
    ['one too long', 'x'.repeat(nameLengthMax + 1)],
    ['a dot, which parts subjects', 'a.b'],
    ['a slash, which parts addresses', 'a/b'],
    ['a space', 'a b'],
    ['a wildcard', '*'],
    ['a wildcard for the rest', '>'],
    ['a line break at its end', 'a\n'],
    ['a letter of another alphabet', 'naïve'],
    ['the prototype of all objects', '__proto__'],
    ['no text', 7],
    ['no value', undefined],
  ])('is not %s', (_case, name) => {
    for (const what of ['cluster', 'group', 'role', 'node', 'client'] as const) {
      expect(() => checkName(what, name)).toThrow(InvalidNameError)
    }
  })

  test('of a node is not the one that stands for all of them', () => {
    expect(() => checkName('node', everyNode)).toThrow('choose another name')
    expect(checkName('group', everyNode)).toBe(everyNode)
  })

  test('that is refused is named in the error, with its code', () => {
    expect(() => checkName('role', 'a.b')).toThrow(expect.objectContaining({ code: 'QUORATE_INVALID_NAME' }))
    expect(() => checkName('role', 'a.b')).toThrow('role name "a.b"')
  })
})

describe('an address', () => {
  test('is made of three names, and gives them back', () => {
    fc.assert(
      fc.property(names, names, names, (group, role, node) => {
        const address = addressOf(group, role, node)
        expect(parseAddress(address)).toEqual({ group, role, node })
        expect(nodeOf(address)).toBe(node)
        expect(checkAddress(address)).toBe(address)
      }),
    )
  })

  test('may stand for all nodes', () => {
    expect(checkAddress('g/server/all')).toBe('g/server/all')
  })

  test.each(['', 'g', 'g/r', 'g/r/n/x', '/r/n', 'g//n', 'g/r/', 'g/r/n.1', 'g.1/r/n', 'g/*/n', 'g/r/n\n'])(
    'is not %j',
    (text) => {
      expect(() => checkAddress(text)).toThrow(InvalidNameError)
    },
  )
})
