import ArgumentParser
import GnuTLSResumption

/// A store's id on the command line, as `stats` shows it: for an option's `transform`.
func storeID(_ argument: String) throws -> StoreID {
  guard let id = StoreID(argument) else {
    throw ValidationError("it is no store's id, or not the whole of it; 'gnutls-resume stats --id' shows one.")
  }
  return id
}
