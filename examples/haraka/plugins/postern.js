/** The plugin file: `npm install postern` in Haraka's folder, this file in its `plugins`, its name in `config/plugins`. */
const { postern } = require('postern')
const { recommended } = require('postern/filters')
const { haraka } = require('postern/haraka')

const gateway = postern({ filters: recommended({ domains: ['example.net'] }) })

// `recommended` has the filter `recipients`, so whom it takes needs no other plugin's word.
Object.assign(exports, haraka(gateway, { admit: true }), { shutdown: () => gateway.close() })
