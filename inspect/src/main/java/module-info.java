/// The sockets on a port and who owns them, what a bind would meet, which socket a client would
/// reach.
///
/// Reports and forecasts leave everything as it is: no other socket is changed, no port is taken,
/// nothing listens and no UDP socket is bound. To find out whether an address is this machine's, a
/// forecast binds a TCP socket to it and port 0 with IP_BIND_ADDRESS_NO_PORT, which takes no port.
/// In addition to reading there are:
///
/// - [dev.berth.inspect.ShareSwitch], which sets an option on other processes' sockets;
/// - [dev.berth.inspect.HistoryRunner], which binds and listens in its own network namespace;
/// - [dev.berth.inspect.KernelCheck], which uses that runner once per kernel release, in a child
///   process if that needs a user namespace, and stores the result in a file below
///   `$XDG_CACHE_HOME/berth`, else `~/.cache/berth`.
module dev.berth.inspect {
    requires transitive dev.berth.net;
    requires transitive dev.berth.sys;
    requires static transitive org.jspecify;

    exports dev.berth.inspect;
}
