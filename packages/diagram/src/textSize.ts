/**
 * How wide a text is, with no font at hand: by the widths that Helvetica gives its characters, and Arial and Liberation
 * Sans with it. The drawing then holds each text to this width, so that another font changes no place.
 * @module
 */

/** Thousandths of the font size, and the characters that are so wide. */
const widths: readonly (readonly [width: number, characters: string])[] = [
  [191, "'"],
  [222, 'ijl'],
  [278, ' \u00a0!,./:;I[\\]ft'],
  [333, '()-`r'],
  [389, '*'],
  [469, '^'],
  [500, 'Jckvsxyz'],
  [556, '#$0123456789?L_abdeghnopqu'],
  [584, '+<=>~'],
  [611, 'FTZ'],
  [667, '&ABEKPSVXY'],
  [722, 'CDHNRUw'],
  [778, 'GOQ'],
  [833, 'Mm'],
  [889, '%'],
  [944, 'W'],
]

const widthOf = new Map(widths.flatMap(([width, characters]) => [...characters].map((each) => [each, width] as const)))

/** Of a character that is not in the table, as wide as the widest. */
const unknownWidth = 1000

/** Bold letters are wider by about as much. */
const boldFactor = 1.07

export interface TextStyle {
  readonly sizePx: number
  readonly isBold: boolean
}

/** The width of a line in pixels, rounded up. */
export const textWidth = (text: string, { sizePx, isBold }: TextStyle): number => {
  const thousandths = [...text].reduce((sum, character) => sum + (widthOf.get(character) ?? unknownWidth), 0)
  return Math.ceil((thousandths / 1000) * sizePx * (isBold ? boldFactor : 1))
}

/** Breaks a line at blanks so that no part is wider, but for a word that is; parts after the first begin with the indent. */
export const wrapped = (text: string, style: TextStyle, widthMax: number, indent = ''): readonly string[] => {
  const parts: string[] = []
  let part = ''
  for (const word of text.split(' ')) {
    const longer = part === '' ? word : `${part} ${word}`
    if (part !== '' && textWidth(longer, style) > widthMax) {
      parts.push(part)
      part = `${indent}${word}`
    } else part = longer
  }
  return [...parts, part]
}
