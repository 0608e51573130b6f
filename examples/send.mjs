/** Sends an honest message and a test message that every content filter refuses, and prints each reply. */
import { createTransport } from 'nodemailer'

const GTUBE = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'
const [port = '2525', to = 'bob@example.org'] = process.argv.slice(2)
const transport = createTransport({ host: '127.0.0.1', port, tls: { rejectUnauthorized: false } })

for (const text of ['Lunch at noon?', GTUBE]) {
  const message = { from: 'alice@example.com', to, subject: 'Hello', text }
  const reply = await transport.sendMail(message).catch(error => error)
  console.log(reply.response ?? reply.message)
}
