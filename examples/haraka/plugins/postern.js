/** The plugin: this file in Haraka's folder `plugins`, its name in `config/plugins`. */
const { postern } = require('postern')
const { recommended } = require('postern/filters')
const { haraka } = require('postern/haraka')

const gateway = postern({ filters: recommended({ domains: ['example.net'], content: true }) })

// The filter `recipients` of `recommended` knows the domains: with `admit` no other plugin has to accept a recipient.
Object.assign(exports, haraka(gateway, { admit: true }), { shutdown: () => gateway.close() })
