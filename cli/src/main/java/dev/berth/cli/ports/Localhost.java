package dev.berth.cli.ports;

import dev.berth.net.Addresses;
import dev.berth.net.ListenAddress;

import java.util.Optional;

/// The name `localhost`, which stands for two addresses: `127.0.0.1`, which Berth uses, and `::1`,
/// which a program may use instead or as well.
final class Localhost {
    private static final String NAME = "(?:[a-z]+://)?localhost(?::.*)?";

    private Localhost() {}

    /// The other address, if a user wrote the name.
    ///
    /// @param word the address as the user wrote it
    /// @param taken the address that it was read as
    static Optional<ListenAddress> other(String word, ListenAddress taken) {
        return word.strip().matches(NAME)
                ? Optional.of(
                        new ListenAddress(
                                taken.protocol(), Addresses.of("::1", taken.address().port())))
                : Optional.empty();
    }
}
