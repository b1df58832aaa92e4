import { nodeHost } from '../../../lib/host/node.ts'
import { diskContract } from './disk.ts'
import { processContract } from './processes.ts'

const host = () => nodeHost('')

processContract(host)
diskContract(host)
