/** A process that learns and saves without end, to be killed: node saving-node.ts FOLDER. Says when the first snapshot is written. */
import { newClassifier } from '../../src/classify/classifier.ts'
import { features } from '../../src/classify/features.ts'
import { newPersistence } from '../../src/classify/persistence.ts'
import { systemClock } from '../../src/model/services.ts'
import { seenIn } from './seen.ts'
import { sorted } from './sorted-mail.ts'

const [folder = ''] = process.argv.slice(2)
const classifier = newClassifier()
const keeper = newPersistence({ folder, classifier, services: { clock: systemClock, notify: console.error } })
await keeper.load()
for (let number = 0; ; number += 1) {
  classifier.learn(features(seenIn(sorted('ham', number % 500))), 'ham', 0)
  await keeper.save()
  if (number === 0) console.log('saved')
}
