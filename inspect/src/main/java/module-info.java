/// The sockets on a port and who owns them, what a bind would meet, whom a client would reach.
///
/// Everything here reads: no socket of anybody's is changed, no port is taken, nothing ever listens
/// and no UDP socket is bound, except by [dev.berth.inspect.ShareSwitch], which sets an option, and
/// [dev.berth.inspect.HistoryRunner], in network namespaces of its own. Whether an address is this
/// machine's, a forecast asks by a bind of a TCP socket to that address and port 0 with
/// IP_BIND_ADDRESS_NO_PORT, which takes no port.
module dev.berth.inspect {
    requires transitive dev.berth.net;
    requires transitive dev.berth.sys;
    requires static transitive org.jspecify;

    exports dev.berth.inspect;
}
