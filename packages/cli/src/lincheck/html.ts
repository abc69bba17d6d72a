/** Text as it may stand in HTML, between tags and in attributes. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** Texts that readers see, and nothing else of what a history says: no markup can come from there. */
export const element = (name: string, text: string, className?: string): string =>
  `<${name}${className === undefined ? '' : ` class="${className}"`}>${escaped(text)}</${name}>`

/** Readable on light and on dark ground, with nothing loaded from anywhere. */
export const style = `
:root { color-scheme: light dark; --ground: #ffffff; --text: #1c1e21; --quiet: #63686f; --line: #d8dbe0; --lane: #f6f7f9;
  --bar: #dbe7fb; --edge: #3b6fc4; --number: #1f4f9e; --core: #fdebc8; --core-edge: #b97a00; --stuck: #fbdada;
  --stuck-edge: #c62f2f; --open: #eeeff1; --good: #1d7a3a }
@media (prefers-color-scheme: dark) { :root { --ground: #16181c; --text: #e8eaed; --quiet: #9aa1ab; --line: #363b43;
  --lane: #1d2025; --bar: #20365a; --edge: #7fa9ee; --number: #a9c6f7; --core: #4a3708; --core-edge: #e9ad3a; --stuck: #561d1d;
  --stuck-edge: #ff7b7b; --open: #26292f; --good: #63c983 } }
body { background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; margin: 2rem; max-width: 110rem }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem }
.ok { color: var(--good) } .illegal { color: var(--stuck-edge) } .unknown { color: var(--core-edge) }
.quiet { color: var(--quiet) } p { margin: .3rem 0; max-width: 60rem } code, td, li { font: 13px/1.6 ui-monospace, monospace }
.picture { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; margin: .8rem 0 }
ol { padding-left: 4.5rem } table { border-collapse: collapse } td { padding: .1rem 1.2rem .1rem 0; vertical-align: top }
svg { display: block; font: 12px ui-monospace, monospace } svg text { fill: var(--text) } svg .quiet { fill: var(--quiet) }
.lane { fill: var(--lane) } .tick { stroke: var(--line) } .bar rect { fill: var(--bar); stroke: var(--edge) }
.bar.open rect { stroke-dasharray: 5 4 } .bar.unplaced rect { fill: var(--open); stroke: var(--quiet) }
.bar.core rect { fill: var(--core); stroke: var(--core-edge); stroke-width: 2 }
.bar.stuck rect { fill: var(--stuck); stroke: var(--stuck-edge); stroke-width: 3 }
.path { fill: none; stroke: var(--edge); stroke-opacity: .45 } .point { fill: var(--ground); stroke: var(--edge); stroke-width: 1.5 }
svg .number { fill: var(--number); font-size: 9px; font-weight: 600; text-anchor: middle }
.cross { stroke: var(--stuck-edge); stroke-width: 3 }
.key { display: inline-block; width: 1.4em; height: .9em; border: 2px solid; border-radius: 3px; vertical-align: -1px; margin-right: .3em }
.legend span { margin-right: 1.5rem; white-space: nowrap } .key.placed { background: var(--bar); border-color: var(--edge) }
.key.core { background: var(--core); border-color: var(--core-edge) } .key.stuck { background: var(--stuck); border-color: var(--stuck-edge) }
.key.unplaced { background: var(--open); border: 1px dashed var(--quiet) }
`
