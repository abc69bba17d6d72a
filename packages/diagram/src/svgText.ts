import { type TextStyle, textWidth } from './textSize.js'

/** A line of text. Held to its width: another font than Helvetica makes no text run into what stands beside it. */
export const textAt = (text: string, x: number, y: number, kind: string, style: TextStyle): string =>
  `<text${kind === '' ? '' : ` class="${kind}"`} x="${x}" y="${y}" textLength="${textWidth(text, style)}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
