/** Stands in for a mail server: it knows Bob, and prints each message that it receives. */
import { SMTPServer } from 'smtp-server'

const server = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  onRcptTo({ address }, _session, done) {
    if (address.startsWith('bob@')) return done()
    done(Object.assign(new Error('5.1.1 No such mailbox'), { responseCode: 550 }))
  },
  onData(stream, _session, done) {
    stream.pipe(process.stdout, { end: false })
    stream.on('end', done)
  },
})
server.on('error', error => console.error(error.message))
server.listen(2626, '127.0.0.1', () => console.log('mail server on 127.0.0.1:2626'))
