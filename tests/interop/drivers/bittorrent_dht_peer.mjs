// A node of the npm package bittorrent-dht that is driven as `kadsim node` is.

import crypto from 'crypto'
import readline from 'readline'
import bencode from 'bencode'
import DHT from 'bittorrent-dht'

// What stands before the 32 bytes of an ed25519 key in the two DER forms that Node reads.
const SECRET_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

const hex = (text) => Buffer.from(text, 'hex')

function secretKey (seed) {
  const key = Buffer.concat([SECRET_PREFIX, seed])
  return crypto.createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

function publicOf (secret) {
  return crypto.createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(-32)
}

function verify (signature, message, publicBytes) {
  const key = Buffer.concat([PUBLIC_PREFIX, publicBytes])
  const publicKey = crypto.createPublicKey({ key, format: 'der', type: 'spki' })
  return crypto.verify(null, message, publicKey, signature)
}

function targetOf (publicBytes, salt) {
  return crypto.createHash('sha1').update(publicBytes).update(salt).digest()
}

// The last argument of a call is `(error, result, ...)`: as a promise of all results.
function promised (call) {
  return new Promise((resolve, reject) => {
    call((error, ...results) => (error ? reject(error) : resolve(results)))
  })
}

function argumentsOf (list) {
  const given = { listen: null, bootstrap: [] }
  for (let at = 0; at < list.length; at += 2) {
    if (list[at] === '--listen') given.listen = list[at + 1]
    else if (list[at] === '--bootstrap') given.bootstrap.push(list[at + 1])
    else throw new Error(`unknown argument ${list[at]}`)
  }
  return given
}

function valueOf (bytes) {
  const encoded = bencode.encode(bytes)
  return { bencoded: Buffer.from(encoded).toString('hex'), value: Buffer.from(bytes).toString() }
}

// What a driver may ask of a node. Each answers with the fields of its reply.
function verbs (dht) {
  async function find (target, salt) {
    const options = { cache: false }
    if (salt.length > 0) options.salt = salt
    const [found] = await promised((done) => dht.get(target, options, done))
    return found
  }

  async function put (request) {
    const options = { v: Buffer.from(request.value) }
    if (request.secret !== undefined) {
      const secret = secretKey(hex(request.secret))
      const salt = Buffer.from(request.salt ?? '')
      options.k = publicOf(secret)
      if (salt.length > 0) options.salt = salt
      const before = await find(targetOf(options.k, salt), salt)
      options.seq = request.seq ?? (before ? before.seq + 1 : 1)
      if (request.cas !== undefined) options.cas = request.cas
      options.sign = (message) => crypto.sign(null, message, secret)
    }
    const [target, copies] = await promised((done) => dht.put(options, done))
    if (copies === 0) throw new Error('nobody took it')
    return { target: Buffer.from(target).toString('hex'), copies, seq: options.seq }
  }

  async function get (request) {
    const salt = Buffer.from(request.salt ?? '')
    const target =
      request.public === undefined ? hex(request.target) : targetOf(hex(request.public), salt)
    const found = await find(target, salt)
    if (!found) throw new Error('not found')
    return { ...valueOf(found.v), seq: found.seq, public: found.k && found.k.toString('hex') }
  }

  async function announce (request) {
    const [copies] = await promised((done) => {
      dht.announce(hex(request.infohash), request.port ?? 0, done)
    })
    if (copies === 0) throw new Error('nobody took it')
    return { copies }
  }

  async function findPeers (request) {
    const peers = new Set()
    const heard = (peer, infoHash) => {
      if (infoHash.toString('hex') === request.infohash) peers.add(`${peer.host}:${peer.port}`)
    }
    dht.on('peer', heard)
    try {
      await promised((done) => dht.lookup(hex(request.infohash), done))
    } finally {
      dht.removeListener('peer', heard)
    }
    return { peers: [...peers] }
  }

  async function findNode (request) {
    const target = hex(request.target)
    await promised((done) => dht.lookup(target, done))
    const nodes = dht.nodes.closest(target).map((node) => {
      return { key: node.id.toString('hex'), address: `${node.host}:${node.port}` }
    })
    return { nodes }
  }

  return { put, get, announce, 'find-peers': findPeers, 'find-node': findNode }
}

function say (message) {
  process.stdout.write(JSON.stringify(message) + '\n')
}

const given = argumentsOf(process.argv.slice(2))
const [host, port] = given.listen.split(':')
const bootstrap = given.bootstrap.length > 0 ? given.bootstrap : false
const dht = new DHT({ bootstrap, verify })
dht.on('error', (error) => console.error(error))
dht.listen(Number(port), host, () => {
  const address = `${host}:${dht.address().port}`
  const key = dht.nodeId.toString('hex')
  say({ event: 'ready', nodes: [{ node: 0, address, key }] })
})

const can = verbs(dht)
const lines = readline.createInterface({ input: process.stdin })
lines.on('close', () => process.exit(0))
lines.on('line', async (line) => {
  const { id, do: verb, ...request } = JSON.parse(line)
  try {
    if (verb === 'stop') {
      say({ id, ok: true })
      lines.close()
      return
    }
    if (can[verb] === undefined) throw new Error(`this client cannot ${verb}`)
    say({ id, ok: true, ...(await can[verb](request)) })
  } catch (error) {
    say({ id, ok: false, error: error.message })
  }
})
