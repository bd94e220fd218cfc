import type { AccountChannel } from './accountChannel'

/** Opens a channel, tries it anew when the network is back or the page is seen again; the result closes it. */
export function keepOpen<Message>(channel: AccountChannel<Message>): () => void {
  const retry = () => {
    channel.retryNow()
  }
  window.addEventListener('online', retry)
  document.addEventListener('visibilitychange', retry)
  channel.start()
  return () => {
    window.removeEventListener('online', retry)
    document.removeEventListener('visibilitychange', retry)
    channel.close()
  }
}
