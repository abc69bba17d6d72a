/** The colours of a drawing, for a light and for a dark page. It brings its own ground, so that any page will do. */
interface Colours {
  readonly ground: string
  readonly box: string
  readonly frame: string
  readonly border: string
  readonly ink: string
  readonly muted: string
  readonly line: string
}

const light: Colours = {
  ground: '#ffffff',
  box: '#eef4ff',
  frame: '#8c959f',
  border: '#3566b8',
  ink: '#1f2328',
  muted: '#59636e',
  line: '#57606a',
}

const dark: Colours = {
  ground: '#0d1117',
  box: '#14243f',
  frame: '#6e7681',
  border: '#6ea8fe',
  ink: '#e6edf3',
  muted: '#9198a1',
  line: '#a0a8b2',
}

const rules = ({ ground, box, frame, border, ink, muted, line }: Colours): string =>
  [
    `.ground,.plate{fill:${ground}}`,
    `.ground{stroke:${frame};stroke-opacity:.35}`,
    `.box{fill:${box};stroke:${border}}`,
    `.rim{fill:none;stroke:${border}}`,
    `.frame,.region,.any{fill:none;stroke:${frame}}`,
    `.region,.any{stroke-dasharray:4 3}`,
    `.dot,.tip{fill:${line}}`,
    `.edge{fill:none;stroke:${line}}`,
    `text{fill:${ink}}`,
    `.muted{fill:${muted}}`,
  ].join('')

/** No `var()`: not every program that shows SVG knows it. */
export const styleSheet =
  `text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;font-size:11px}.title{font-size:13px;font-weight:bold}` +
  `rect,path{stroke-width:1.2}${rules(light)}@media (prefers-color-scheme:dark){${rules(dark)}}`
