import { ensureImage, needSystemTools } from './image.ts'
import { debFile } from './product.ts'

/** vitest's globalSetup: everything that takes long and is the same for all machines. */
export default (): void => {
  debFile()
  needSystemTools()
  ensureImage()
}
