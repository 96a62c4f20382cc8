/// The sockets on a port and who owns them, what a bind would meet, whom a client would reach.
///
/// What reports and forecasts read they leave as it is: no socket of anybody's is changed, no port
/// is taken, nothing listens and no UDP socket is bound. Whether an address is this machine's, a
/// forecast asks by a bind of a TCP socket to it and port 0 with IP_BIND_ADDRESS_NO_PORT, which
/// takes no port. Beside reading there are:
///
/// - [dev.berth.inspect.ShareSwitch], which sets an option of other processes' sockets;
/// - [dev.berth.inspect.HistoryRunner], which binds and listens in a network namespace of its own;
/// - [dev.berth.inspect.KernelCheck], which has it do so once on a kernel release, in a child
///   process where that takes a user namespace, and keeps the result in a file below
///   `$XDG_CACHE_HOME/berth`, else `~/.cache/berth`.
module dev.berth.inspect {
    requires transitive dev.berth.net;
    requires transitive dev.berth.sys;
    requires static transitive org.jspecify;

    exports dev.berth.inspect;
}
