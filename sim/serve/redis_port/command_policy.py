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
_STATE = "when the simulated Redis stops, restarts or loses data is a matter of the scenario's faults"
_CODE = "its payload is code to fakeredis"
_FIXED = "the simulated Redis has no settings to change"
_ALONE = "the simulated Redis stands alone"

DANGEROUS = {
    "flushall": _EMPTIES,
    "flushdb": _EMPTIES,
    "swapdb": _EMPTIES,
    "script flush": "clients that are at work rely on the scripts that they loaded",
}
"""Refused unless the port was opened with ``allow_dangerous``."""

NEVER = {
    "acl": "every client is the default user",
    "bgrewriteaof": _STATE,
    "bgsave": _STATE,
    "client pause": "simulated time is not held from here",
    "client unpause": "simulated time is not held from here",
    "cluster": _ALONE,
    "config": _FIXED,
    "debug": "it looks into a server that is not there",
    "dump": _CODE,
    "failover": _ALONE,
    "fcall": "functions are not offered; scripts are",
    "fcall_ro": "functions are not offered; scripts are",
    "function": "functions are not offered; scripts are",
    "latency": "the simulated Redis takes no time that could be measured",
    "migrate": _ALONE,
    "module": "the simulated Redis loads no modules",
    "monitor": "what happens in the world is in its trace",
    "psync": _ALONE,
    "replconf": _ALONE,
    "replicaof": _ALONE,
    "restore": _CODE,
    "save": _STATE,
    "script debug": "scripts run to their end",
    "script kill": "a script that takes too long is ended by itself",
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
        return f"NOPERM {shown} is refused: {DANGEROUS[name]}. A port opened with allow_dangerous carries it out."
    why = NEVER.get(name) or NEVER.get(name.split(" ")[0])
    return None if why is None else f"NOPERM {shown} is refused: {why}."
