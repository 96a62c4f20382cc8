/// The sockets on a port and who owns them, what a bind would meet, whom a client would reach.
///
/// Everything here reads; nothing is ever bound, listened on or changed.
module dev.berth.inspect {
    requires transitive dev.berth.net;
    requires transitive dev.berth.sys;
    requires static transitive org.jspecify;

    exports dev.berth.inspect;
}
