package dev.berth.cli.ports;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.UsageException;
import dev.berth.inspect.PortQuery;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;

import picocli.CommandLine.ParseResult;

import java.util.List;

/// The sockets that `berth open` or `berth close` applies to.
///
/// @param word the argument as typed
/// @param query finds them, for one protocol
record ShareTarget(String word, PortQuery query) {
    private static final String EXAMPLE = "a port, or an address with one: 8080 or 127.0.0.1:8080";

    /// Reads the arguments.
    ///
    /// @throws UsageException also for UDP without `--force`
    static ShareTarget of(ParseResult parsed) throws UsageException {
        List<String> words = Options.words(parsed);
        if (words.size() != 1) {
            throw new UsageException("needs one port: " + EXAMPLE);
        }
        String word = words.getFirst();
        ListenAddress address = address(word);
        boolean udp = parsed.hasMatchedOption("--udp") || address.protocol() == Protocol.UDP;
        if (udp && !parsed.hasMatchedOption("--force")) {
            throw new UsageException(
                    "UDP needs --force: a process that binds the port of a UDP server gets"
                            + " datagrams from that moment on, including those of clients that only"
                            + " the running server knows");
        }
        PortQuery query =
                PortQuery.everything()
                        .withProtocol(udp ? Protocol.UDP : Protocol.TCP)
                        .withThorough();
        boolean everywhere = word.matches("[0-9]+|[:*].*");
        return new ShareTarget(
                word,
                everywhere
                        ? query.withPort(address.address().port())
                        : query.withAddress(address.address()));
    }

    private static ListenAddress address(String word) throws UsageException {
        ListenAddress address = Options.checked(() -> ListenAddress.parse(word));
        if (address.address().port() == 0) {
            throw new UsageException("no socket is on port 0: " + EXAMPLE);
        }
        return address;
    }
}
