/// Addresses, listeners, and what the kernel reports about sockets and their owners.
///
/// Everything is read without privilege where the kernel allows it: `NETLINK_SOCK_DIAG` for
/// sockets, `/proc` for processes, `TCP_INFO` for descriptors at hand.
module dev.berth.net {
    requires transitive dev.berth.sys;
    requires static transitive org.jspecify;

    exports dev.berth.net;
}
