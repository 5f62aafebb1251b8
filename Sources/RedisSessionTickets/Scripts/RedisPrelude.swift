extension RedisScript {
  /// Refuses to run anywhere but on a primary, and tells its epoch: this process's run_id and its replication id. A primary
  /// draws another of these at each start and at each promotion.
  static let epoch: StaticString = """
    local call, find, sub, unpackNumbers, packNumbers = redis.call, string.find, string.sub, struct.unpack, struct.pack
    local info = redis.pcall('INFO', 'server', 'replication')
    if type(info) ~= 'string' then return redis.error_reply('NOINFO ' .. tostring(info.err)) end
    local runAt = find(info, '\\r\\nrun_id:', 1, true)
    local idAt = find(info, '\\r\\nmaster_replid:', 1, true)
    if not runAt or not idAt then return redis.error_reply('NOINFO no run_id or no master_replid') end
    if not find(info, '\\r\\nrole:master\\r\\n', 1, true) then
      return redis.error_reply('NOTPRIMARY this server is a replica')
    end
    local epoch = sub(info, runAt + 9, runAt + 48) .. sub(info, idAt + 16, idAt + 55)

    """

  /// Reads what a shard says of itself (field m), and begins it anew if it is of another epoch. Field names of 109 bytes are
  /// entries: see ``RedisEntryName``.
  static let shard: StaticString = """
    local key = KEYS[1]
    local seq, mark, inserted, taken, evicted, expired, removed = 0, 0, 0, 0, 0, 0, 0
    local meta = call('HGET', key, 'm')
    if meta and sub(meta, 57) == epoch then
      seq, mark, inserted, taken, evicted, expired, removed = unpackNumbers('>I8I8I8I8I8I8I8', meta)
    elseif meta then
      call('UNLINK', key)
    end
    local function state()
      return packNumbers('>I8I8I8I8I8I8I8', seq, mark, inserted, taken, evicted, expired, removed) .. epoch
    end

    """
}
