/** One request of Rspamd's protocol. */
import { request } from 'node:http'

/** Asks `POST /checkv2` over a connection of this request alone. @returns the body of the answer */
export function checkv2(port: number, headers: Readonly<Record<string, string>>, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/checkv2', method: 'POST', headers, agent: false })
    asked.on('error', reject)
    asked.on('response', answer => {
      let body = ''
      answer.setEncoding('utf8').on('data', text => {
        body += text
      })
      answer.on('end', () => resolve(body))
    })
    asked.end(bytes)
  })
}
