/** What may be a number that loses something: many digits in a row, or an exponent. */
const suspicious = /[\d.]{16}|\d[eE]/

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * The first number in a JSON text that JavaScript cannot hold as it is written: an integer beyond 2^53, as a rule, or one that
 * is too large or has too many digits. Two of them may become the same value, and would then look equal.
 * @param exempt a field of the outermost object whose number may lose something.
 */
export const inexactNumberIn = (text: string, exempt?: string): string | undefined => {
  if (!suspicious.test(text)) return undefined
  const exemptName = JSON.stringify(exempt)
  let depth = 0
  let name: string | undefined
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (token === ',') name = undefined
    else if (token.startsWith('"')) name = token
    else if (!isExact(token) && !(depth === 1 && name !== undefined && name === exemptName)) return token
  }
  return undefined
}

const isExact = (token: string): boolean => {
  const value = Number(token)
  return Number.isFinite(value) && decimalOf(token) === decimalOf(String(value))
}

/** One text for each decimal: its digits without zeros at either end, and the power of ten. */
const decimalOf = (token: string): string => {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}
