// A PLC directory (in memory) and a PDS on loopback, without an AppView. Says {"ready":true} on one
// line when ready; ends when its standard input does, so that it cannot outlive the tests that
// started it. Copied into .servers/atproto-light to find its packages.
const crypto = require('node:crypto')
const fs = require('node:fs')
const net = require('node:net')
const path = require('node:path')

const listen = net.Server.prototype.listen // the services bind every interface; tests want loopback only
net.Server.prototype.listen = function (port, ...rest) {
  const callbacks = rest.filter((item) => typeof item === 'function')
  return typeof port === 'number'
    ? listen.call(this, { port, host: '127.0.0.1' }, ...callbacks)
    : listen.call(this, port, ...rest)
}
const { PlcServer, Database } = require('@did-plc/server')
const { PDS, envToCfg, envToSecrets, readEnv } = require('@atproto/pds')

const [plcPort, pdsPort] = process.env.PORTS.split(',').map(Number)
const data = process.env.DATA
fs.mkdirSync(path.join(data, 'tmp'), { recursive: true })
Object.assign(process.env, {
  PDS_PORT: String(pdsPort),
  PDS_HOSTNAME: 'localhost',
  PDS_DEV_MODE: 'true',
  PDS_INVITE_REQUIRED: 'false',
  PDS_DISABLE_SSRF_PROTECTION: 'true',
  PDS_DID_PLC_URL: `http://localhost:${plcPort}`, // 127.0.0.1 is refused as a host name
  PDS_SERVICE_HANDLE_DOMAINS: '.test',
  PDS_DATA_DIRECTORY: data,
  PDS_BLOBSTORE_DISK_LOCATION: path.join(data, 'blobs'),
  PDS_BLOBSTORE_DISK_TMP_LOCATION: path.join(data, 'tmp'),
  PDS_RATE_LIMITS_ENABLED: 'false',
  PDS_ENABLE_DID_DOC_WITH_SESSION: 'true',
  PDS_JWT_SECRET: crypto.randomBytes(16).toString('hex'),
  PDS_DPOP_SECRET: crypto.randomBytes(32).toString('hex'),
  PDS_ADMIN_PASSWORD: 'admin-pass',
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: crypto.randomBytes(32).toString('hex'),
})

async function main() {
  const plc = PlcServer.create({ db: Database.mock(), port: plcPort })
  await plc.start()
  const env = readEnv()
  const pds = await PDS.create(envToCfg(env), envToSecrets(env))
  await pds.start()
  process.stdin.resume()
  process.stdin.on('end', () => process.exit(0))
  console.log(JSON.stringify({ ready: true }))
}
main().catch((error) => {
  console.error(error)
  process.exit(1)
})
