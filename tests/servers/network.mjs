// An AT Protocol network on loopback: PLC, PDS and AppView (PostgreSQL and Redis given in the environment).
// Says {"plc","pds","appview"} on one line when ready; ends when its standard input does, so that it
// cannot outlive the tests that started it. Copied into .servers/atproto to find its packages.
import net from 'node:net'

const listen = net.Server.prototype.listen // the services bind every interface; tests want loopback only
net.Server.prototype.listen = function (port, ...rest) {
  const callbacks = rest.filter((item) => typeof item === 'function')
  return typeof port === 'number'
    ? listen.call(this, { port, host: '127.0.0.1' }, ...callbacks)
    : listen.call(this, port, ...rest)
}
const { TestNetwork, mockMailer } = await import('@atproto/dev-env')
const [plc, pds, appview, ozone] = process.env.PORTS.split(',').map(Number)
const network = await TestNetwork.create({
  dbPostgresSchema: 'bsky',
  plc: { port: plc },
  pds: { port: pds, hostname: 'localhost', inviteRequired: false, enableDidDocWithSession: true },
  bsky: { port: appview, publicUrl: `http://localhost:${appview}` },
  ozone: { port: ozone },
})
mockMailer(network.pds)
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
console.log(JSON.stringify({ ready: true }))
