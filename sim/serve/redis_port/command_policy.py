"""Which commands the port carries out, and why it refuses others."""

_FAMILIES = """
append bitcount bitfield bitop bitpos decr decrby get getbit getdel getex getrange getset incr incrby incrbyfloat lcs
mget mset msetnx psetex set setbit setex setnx setrange strlen substr
blmove blmpop blpop brpop brpoplpush lindex linsert llen lmove lmpop lpop lpos lpush lpushx lrange lrem lset ltrim
rpop rpoplpush rpush rpushx
sadd scard sdiff sdiffstore sinter sintercard sinterstore sismember smembers smismember smove spop srandmember srem
sscan sunion sunionstore
hdel hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hrandfield hscan hset hsetnx hstrlen hvals
bzmpop bzpopmax bzpopmin zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard zinterstore zlexcount zmpop
zmscore zpopmax zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore zrank zrem zremrangebylex
zremrangebyrank zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion zunionstore
pfadd pfcount pfmerge
geoadd geodist geohash geopos georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch geosearchstore
copy del exists expire expireat expiretime keys move persist pexpire pexpireat pexpiretime pttl randomkey rename
renamenx scan sort sort_ro ttl type unlink
discard exec multi unwatch watch
psubscribe publish pubsub punsubscribe spublish ssubscribe subscribe sunsubscribe unsubscribe
eval evalsha script
auth echo hello ping quit reset select
command config dbsize info lastsave memory role slowlog time
"""
_SUBCOMMANDS = (
    "acl whoami", "client getname", "client id", "client info", "client kill", "client list", "client no-evict",
    "client no-touch", "client reply", "client setinfo", "client setname", "client unblock", "command count",
    "command docs", "command info", "config get", "pubsub channels", "pubsub help", "pubsub numpat", "pubsub numsub",
    "pubsub shardchannels", "pubsub shardnumsub", "script exists", "script help", "script load",
)  # fmt: skip
OFFERED = frozenset(_FAMILIES.split()) | frozenset(_SUBCOMMANDS)
"""Commands of Redis 7.0 that are carried out. One that a newer fakeredis adds stays shut until it is listed here."""

_EMPTIES = "it takes the keys away from under the running simulation"
_STATE = "the scenario's faults decide when the simulated Redis stops, restarts or loses data"
_CODE = "its payload is code to fakeredis"
_FIXED = "the simulated Redis has no settings to change"
_ALONE = "the simulated Redis has no replicas and no cluster"

DANGEROUS = {
    "flushall": _EMPTIES,
    "flushdb": _EMPTIES,
    "swapdb": _EMPTIES,
    "script flush": "connected clients rely on the scripts that they loaded",
}
"""Refused unless the port was opened with ``allow_dangerous``."""

NEVER = {
    "acl": "every client is the default user",
    "bgrewriteaof": _STATE,
    "bgsave": _STATE,
    "client pause": "simulated time cannot be paused from here",
    "client unpause": "simulated time cannot be paused from here",
    "cluster": _ALONE,
    "config": _FIXED,
    "debug": "there is no real server to inspect",
    "dump": _CODE,
    "failover": _ALONE,
    "fcall": "functions are not supported; use scripts",
    "fcall_ro": "functions are not supported; use scripts",
    "function": "functions are not supported; use scripts",
    "latency": "the simulated Redis has no latency to measure",
    "migrate": _ALONE,
    "module": "the simulated Redis loads no modules",
    "monitor": "the trace has everything that happens",
    "psync": _ALONE,
    "replconf": _ALONE,
    "replicaof": _ALONE,
    "restore": _CODE,
    "save": _STATE,
    "script debug": "scripts cannot be debugged",
    "script kill": "a script that takes too long is stopped automatically",
    "shutdown": _STATE,
    "slaveof": _ALONE,
    "sync": _ALONE,
}
"""Refused whatever the port was opened with."""

_WHILE_LOADING = """
auth client command config echo hello info psubscribe punsubscribe quit reset role select slowlog subscribe time
unsubscribe
"""
WHILE_LOADING = frozenset(_WHILE_LOADING.split())
"""Carried out also while Redis loads its data (by the first word)."""


def refusal(name: str, allow_dangerous: bool) -> str | None:
    """Return why a command (``script flush``) is refused, as an error of Redis; None when it is not."""
    if name in OFFERED:
        return None
    shown = " ".join(name.upper().split())
    if name in DANGEROUS:
        if allow_dangerous:
            return None
        return f"NOPERM {shown} is refused: {DANGEROUS[name]}. A port opened with allow_dangerous executes it."
    why = NEVER.get(name) or NEVER.get(name.split(" ")[0])
    return None if why is None else f"NOPERM {shown} is refused: {why}."
