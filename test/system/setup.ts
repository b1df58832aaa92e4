import type { TestProject } from 'vitest/node'
import { ensureImage, needSystemTools } from './image.ts'
import { checkProduct } from './product.ts'

/** vitest's globalSetup: everything that takes long and is the same for all machines. */
export default (project: TestProject): void => {
  checkProduct(project.getProvidedContext().engine)
  needSystemTools()
  ensureImage()
}
