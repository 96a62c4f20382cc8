package dev.berth.supervise.contract;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;

import java.util.List;

/// The addresses that the workers share, as the user named them. If there are none, whatever a
/// worker listens on is shared.
///
/// @param ports TCP ports named without an address (`-p`)
/// @param listen addresses named in full (`-l`)
public record SharedAddresses(List<Integer> ports, List<ListenAddress> listen) {
    /// No address is named.
    public static final SharedAddresses UNNAMED = new SharedAddresses(List.of(), List.of());

    public SharedAddresses {
        ports = List.copyOf(ports);
        listen = List.copyOf(listen);
    }

    /// Whether the user named what is shared.
    public boolean named() {
        return !ports.isEmpty() || !listen.isEmpty();
    }

    /// Checks that something is named.
    ///
    /// @param option the option that requires it
    void require(String option) {
        if (!named()) {
            throw new IllegalArgumentException(
                    option + " needs an address or port to listen on, for example: -p 8080");
        }
    }

    /// Whether datagrams are received on one of them.
    public boolean anyDatagrams() {
        return listen.stream().anyMatch(address -> address.protocol() == Protocol.UDP);
    }

    /// Whether only datagrams are received on them.
    public boolean onlyDatagrams() {
        return ports.isEmpty()
                && !listen.isEmpty()
                && listen.stream().allMatch(address -> address.protocol() == Protocol.UDP);
    }
}
