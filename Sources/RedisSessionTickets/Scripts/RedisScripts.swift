extension RedisScript {
  /// Shows an identity's live records, and removes those that have ended.
  ///
  /// `ARGV`: place, seconds, limit. Returns whether other identities have live records, the names of what was removed, and
  /// names and records in turn.
  static let show = RedisScript(
    epoch, shard,
    """
    local place, now, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
    local server = sub(place, 1, 32)
    local others, live, ended, order = 0, {}, {}, {}
    for _, name in ipairs(call('HKEYS', key)) do
      if #name == 109 and sub(name, 2, 33) == server and sub(name, 1, 1) ~= 'n' then
        local hasEnded = now >= unpackNumbers('>I8', name, 82)
        if sub(name, 2, 65) ~= place then
          if not hasEnded then others = 1 end
        elseif hasEnded then
          ended[#ended + 1] = name
        else
          live[#live + 1] = name
          order[name] = unpackNumbers('>I8', name, 66) + (sub(name, 1, 1) == 't' and 2 ^ 52 or 0)
        end
      end
    end
    if #ended > 0 then
      call('HDEL', key, unpack(ended))
      expired = expired + #ended
      call('HSET', key, 'm', state())
    end
    table.sort(live, function(one, other) return order[one] > order[other] end)
    while #live > limit do live[#live] = nil end
    local answer = {others, ended}
    if #live > 0 then
      local records = call('HMGET', key, unpack(live))
      for index, name in ipairs(live) do
        answer[#answer + 1] = name
        answer[#answer + 1] = records[index]
      end
    end
    return answer
    """, digest: "1b2c74c36b8f75727a737c39caacc6c337512995")

  /// Takes a record out, for whatever reason, or tells whether it is there.
  ///
  /// `ARGV`: place, id, and `taken`, `expired`, `removed` or `there`. Returns 1 if it was there.
  static let take = RedisScript(
    epoch, shard,
    """
    local place, id, reason = ARGV[1], ARGV[2], ARGV[3]
    for _, name in ipairs(call('HKEYS', key)) do
      if #name == 109 and sub(name, 94) == id and sub(name, 2, 65) == place and sub(name, 1, 1) ~= 'n' then
        if reason == 'there' then return 1 end
        call('HDEL', key, name)
        if reason == 'taken' then
          taken = taken + 1
        elseif reason == 'expired' then
          expired = expired + 1
        else
          removed = removed + 1
        end
        call('HSET', key, 'm', state())
        return 1
      end
    end
    return 0
    """, digest: "b52b409c13806d6af7b6d8377b312acb65a443b9")

  /// Puts a record or a note in, also in the place of another, and lets go what is too much then. The record goes in last:
  /// where a right is missing, none is left behind of which its owner is told that it wasn't inserted.
  ///
  /// `KEYS`: the shard; the generation's key, where one server has both. `ARGV`: kind, place, time, expiry, id, bytes, most
  /// records of the identity, most entries and most bytes of the shard, seconds to live, generation or nothing, id of the
  /// record to replace or nothing. Returns `inserted`, `exists`, `superseded` or `gone`, then reasons and names of what has
  /// left for it.
  static let insert = RedisScript(
    epoch, shard,
    """
    local kind, place, time, expiry, id, bytes = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
    local mostOfIdentity, mostEntries, mostBytes = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
    local life, generation, replaced = tonumber(ARGV[10]), ARGV[11], ARGV[12]
    if generation ~= '' then
      local number = sub(generation, 1, 16)
      if not KEYS[2] then
        if mark > tonumber(number) then return {'superseded'} end
      elseif call('GET', KEYS[2]) ~= number or sub(generation, 17) ~= sub(epoch, 1, 16) .. sub(epoch, 41, 56) then
        return {'superseded'}
      end
    end
    local order, size, siblings, others, leaving, answer = {}, {}, {}, {}, {}, {'inserted'}
    local total, exists, old = 109 + #bytes, false, nil
    local function leave(name, reason)
      leaving[#leaving + 1] = name
      answer[#answer + 1] = reason
      answer[#answer + 1] = name
      if sub(name, 1, 1) == 'n' then return end
      if reason == 'evicted' then evicted = evicted + 1 else removed = removed + 1 end
    end
    for _, name in ipairs(call('HKEYS', key)) do
      if #name == 109 then
        order[name] = unpackNumbers('>I8', name, 66)
        size[name] = 109 + unpackNumbers('>I4', name, 90)
        local other, isNote = sub(name, 1, 1), kind == 'n'
        if sub(name, 2, 65) == place and (other == 'n') == isNote then
          local otherID = sub(name, 94)
          if not isNote and otherID == id then exists = true end
          if isNote or otherID == replaced or other == 's' then
            if otherID == replaced then old = name end
            leave(name, 'replaced')
          else
            siblings[#siblings + 1] = name
          end
        else
          others[#others + 1] = name
          total = total + size[name]
        end
      end
    end
    if replaced ~= '' and not old then return {'gone'} end
    if exists then return {'exists'} end
    local function oldestFirst(one, other) return order[one] < order[other] end
    if #siblings >= mostOfIdentity then
      table.sort(siblings, oldestFirst)
      while #siblings >= mostOfIdentity do leave(table.remove(siblings, 1), 'evicted') end
    end
    for _, name in ipairs(siblings) do
      others[#others + 1] = name
      total = total + size[name]
    end
    if #others >= mostEntries or total > mostBytes then
      table.sort(others, oldestFirst)
      while #others > 0 and (#others >= mostEntries or total > mostBytes) do
        local name = table.remove(others, 1)
        total = total - size[name]
        leave(name, 'evicted')
      end
    end
    seq = seq + 1
    if kind ~= 'n' then inserted = inserted + 1 end
    local name = kind .. place .. packNumbers('>I8', seq) .. time .. expiry .. packNumbers('>I4', #bytes) .. id
    if #leaving > 0 then call('HDEL', key, unpack(leaving)) end
    local left = call('TTL', key)
    if left == -2 then call('HSET', key, 'm', state()) end
    if left < life then call('EXPIRE', key, life) end
    call('HSET', key, name, bytes, 'm', state())
    return answer
    """, digest: "33647d2986dc6f78ed5d9ac35e67c7403ccc0f1e")

  /// Reads a record by its id, or a note.
  ///
  /// `ARGV`: place, and an id or nothing: the place's note. Returns the bytes, or nothing.
  static let read = RedisScript(
    epoch, shard,
    """
    local place, id = ARGV[1], ARGV[2]
    for _, name in ipairs(call('HKEYS', key)) do
      if #name == 109 and sub(name, 2, 65) == place then
        local isNote = sub(name, 1, 1) == 'n'
        if id == '' and isNote or id ~= '' and not isNote and sub(name, 94) == id then return call('HGET', key, name) end
      end
    end
    return false
    """, digest: "53ad88d8bf41f5697773f9e0c70a0485c669d88a")

  /// Removes what a person, a policy or the time asks for.
  ///
  /// `ARGV`: `all`; `server` and its digest; `session` or `note` and their place; `expired` and seconds. Then the generation
  /// that begins with it, or nothing. Returns the names of what was there.
  static let sweep = RedisScript(
    epoch, shard,
    """
    local what, which, generation = ARGV[1], ARGV[2], ARGV[3]
    local now = tonumber(what == 'expired' and which)
    local leaving, records = {}, 0
    for _, name in ipairs(call('HKEYS', key)) do
      if #name == 109 then
        local kind = sub(name, 1, 1)
        local leaves = what == 'all'
        if what == 'server' then
          leaves = sub(name, 2, 33) == which
        elseif what == 'session' then
          leaves = kind == 's' and sub(name, 2, 65) == which
        elseif what == 'note' then
          leaves = kind == 'n' and sub(name, 2, 65) == which
        elseif what == 'expired' then
          leaves = kind ~= 'n' and now >= unpackNumbers('>I8', name, 82)
        end
        if leaves then
          leaving[#leaving + 1] = name
          if kind ~= 'n' then records = records + 1 end
        end
      end
    end
    if #leaving > 0 then call('HDEL', key, unpack(leaving)) end
    if what == 'expired' then expired = expired + records else removed = removed + records end
    local marks = generation ~= '' and find(info, '_mode:cluster\\r\\n', 1, true)
    if marks then mark = math.max(mark, tonumber(generation)) end
    if #leaving > 0 or marks then
      call('HSET', key, 'm', state())
      if call('TTL', key) < 3600 then call('EXPIRE', key, 3600) end
    end
    return leaving
    """, digest: "de8f7813a69d3a1372b00fd2815ad467981013b5")

  /// Lists the names of all entries of a shard, behind its counters.
  static let list = RedisScript(
    epoch, shard,
    """
    local answer = {sub(state(), 17, 56)}
    for _, name in ipairs(call('HKEYS', key)) do
      if #name == 109 then answer[#answer + 1] = name end
    end
    return answer
    """, digest: "6ff6a72075ce54f992412ab4682dda1788b48842")

  /// Tells the store's generation, or begins another: the time, in microseconds, but never the same and never less.
  ///
  /// `ARGV`: `tell` or `advance`, and seconds to live. Returns the generation, the epoch's digits that go with it, and whether
  /// the server is of a cluster.
  static let generation = RedisScript(
    epoch,
    """
    local key, life = KEYS[1], tonumber(ARGV[2])
    local number = call('GET', key)
    if not number or ARGV[1] == 'advance' then
      local time = call('TIME')
      local next = time[1] * 1000000 + time[2]
      if number then next = math.max(next, tonumber(number) + 1) end
      number = string.format('%016.0f', next)
      call('SET', key, number, 'EX', life)
    elseif call('TTL', key) < life / 2 then
      call('EXPIRE', key, life)
    end
    local isCluster = find(info, '_mode:cluster\\r\\n', 1, true) and 1 or 0
    return {number, sub(epoch, 1, 16) .. sub(epoch, 41, 56), isCluster}
    """, digest: "a6176dd52555580327c206ab9cd7e2b8b1d320d5")
}
