// A program that runs as one worker of a cluster, and prints what that worker is warned of.
import cluster from 'node:cluster'
import { entra } from 'entrada/express'

if (cluster.isPrimary) {
  cluster.fork()
} else {
  process.on('warning', ({ message }) => {
    process.stdout.write(message, () => process.exit())
  })
  entra(JSON.parse(process.argv[2] ?? '{}')).signIn()
}
