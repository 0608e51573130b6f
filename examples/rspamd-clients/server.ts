/** postern in Rspamd's place, for the clients whose lines are beside this. */
import { postern } from 'postern'
import { recommended } from 'postern/filters'
import { rspamd } from 'postern/rspamd'

const gateway = postern({
  name: 'mx.example.net',
  filters: recommended({ domains: ['example.net'], content: true }),
})
rspamd(gateway).listen(11333, '127.0.0.1', () => console.log("Rspamd's protocol on 127.0.0.1:11333"))
