package dev.berth.inspect;

import java.util.Optional;

/// A process that holds sockets, possibly very many.
///
/// @param pid its number
/// @param command its command line as the process set it: any characters, including terminal
///   escapes
/// @param user the user it runs as: the account's name, or the number if it has none
/// @param unit the systemd unit that it runs in, if any
/// @param container the container that it runs in, if any: `docker:0123456789ab`
public record OwnerProcess(
        int pid, String command, String user, Optional<String> unit, Optional<String> container) {}
