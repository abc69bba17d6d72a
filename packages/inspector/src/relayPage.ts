/**
 * The page of a relay: Stately's inspector in a frame, and a script that hands it what the relay says. The inspector says
 * `@statelyai.connected` when it listens, and again when it was loaded anew; each time the relay is asked for the past.
 */
export const relayPage = (inspector: string): string => `<!doctype html>
<html lang="en">
<title>Quorate: Stately inspector</title>
<style>
  html, body { height: 100%; margin: 0 }
  body { display: flex; flex-direction: column }
  iframe { flex: 1; border: 0 }
  p { font: 14px system-ui, sans-serif; margin: 8px }
</style>
<p id="state">Waiting for ${textOf(inspector)}, which the browser loads from there.</p>
<iframe id="inspector" src="${textOf(inspector)}"></iframe>
<script>
  const frame = document.getElementById('inspector').contentWindow
  const state = document.getElementById('state')
  let socket
  addEventListener('message', ({ source, origin, data }) => {
    if (source !== frame || data?.type !== '@statelyai.connected') return
    if (socket) socket.onclose = null
    socket?.close()
    socket = new WebSocket('ws://' + location.host)
    socket.onopen = () => { state.hidden = true }
    socket.onmessage = (event) => frame.postMessage(JSON.parse(event.data), origin)
    socket.onclose = () => {
      state.hidden = false
      state.textContent = 'The relay has gone. Reload this page when it is there again.'
    }
  })
</script>
</html>
`

const textOf = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`)
