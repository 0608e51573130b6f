/** The milter that main.cf, beside this, names. */
import { postern } from 'postern'
import { recommended } from 'postern/filters'
import { milter } from 'postern/milter'

const gateway = postern({
  name: 'mx.example.net',
  filters: recommended({ domains: ['example.net'], content: true }),
  events(event) {
    if (event.type === 'recipient') console.log(event.recipient, event.verdict, event.findings)
  },
})
milter(gateway).listen(8891, '127.0.0.1', () => console.log('milter on 127.0.0.1:8891'))
