import { ensureImage, ensurePrerequisites } from './image.ts'

/** vitest's globalSetup: everything that takes long and is the same for all machines. */
export default (): void => {
  ensurePrerequisites()
  ensureImage()
}
