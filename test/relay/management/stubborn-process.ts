/** A process in place of the management process, that behaves as its first argument says. */
const [, , conduct] = process.argv

process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', () => undefined)
process.on('message', (message: { readonly what: string; readonly question: number }) => {
  if (message.what === 'stop' && conduct !== 'stays') process.exit(0)
  if (message.what === 'ask' && conduct !== 'silent')
    process.send?.({ what: 'answer', question: message.question, metrics: [{ name: 'own', samples: [] }] })
  if (message.what === 'metrics') process.send?.({ what: 'started', jobs: [JSON.stringify(message)] })
})
process.send?.(conduct === 'asks' ? { what: 'metrics', question: 7 } : { what: 'started', jobs: ['stub'] })
