/** The relay as `npm start` runs it, with the options of its command line. */
import '../../src/relay/program.ts'
