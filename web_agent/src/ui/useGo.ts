import { useNavigate } from 'react-router'

/** Goes to another page; the promise of the router is of no interest to a key handler. */
export function useGo(): (to: string) => void {
  const navigate = useNavigate()
  return (to) => {
    void navigate(to)
  }
}
