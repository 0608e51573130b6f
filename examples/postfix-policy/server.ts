/** The policy service that main.cf, beside this, names. */
import { postern } from 'postern'
import { recommended } from 'postern/filters'
import { policyService } from 'postern/postfix-policy'

const gateway = postern({ name: 'mx.example.net', filters: recommended({ domains: ['example.net'] }) })
const service = policyService(gateway, { prepend: true })
service.listen(8892, '127.0.0.1', () => console.log('policy service on 127.0.0.1:8892'))
