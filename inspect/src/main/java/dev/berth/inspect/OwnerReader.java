package dev.berth.inspect;

import dev.berth.net.Holder;
import dev.berth.net.ProcessList;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Describes a process: command, user, systemd unit, container. Each process is read once.
///
/// **Source:** proc_pid_status(5), cgroups(7)
final class OwnerReader {
    /// Real, effective, saved and file system uid; the second decides what the process is permitted
    /// to do.
    private static final Pattern EFFECTIVE =
            Pattern.compile("\\nUid:\\s+[0-9]+\\s+([0-9]{1,10})\\s");

    private final IntFunction<String> accounts;
    private final UnaryOperator<String> files;
    private final IntFunction<String> commands;
    private final Map<Integer, Optional<OwnerProcess>> known = new HashMap<>();

    OwnerReader(UserNames userNames) {
        this(userNames::name, OwnerReader::text, ProcessList::command);
    }

    /// For tests, without the machine's accounts and processes.
    ///
    /// @param accounts the name of a uid
    /// @param files the text of a file, empty if it cannot be read
    /// @param commands the command of a pid, empty if it is gone
    OwnerReader(
            IntFunction<String> accounts,
            UnaryOperator<String> files,
            IntFunction<String> commands) {
        this.accounts = accounts;
        this.files = files;
        this.commands = commands;
    }

    /// The owner; empty if the process is gone.
    Optional<Owner> owner(Holder holder) {
        return known.computeIfAbsent(holder.pid(), this::read)
                .map(process -> new Owner(process, holder.fd()));
    }

    private Optional<OwnerProcess> read(int pid) {
        String status = files.apply("/proc/" + pid + "/status");
        Matcher effective = EFFECTIVE.matcher(status);
        String command = commands.apply(pid);
        if (!effective.find() || command.isEmpty()) {
            return Optional.empty();
        }
        int uid = (int) Long.parseLong(effective.group(1));
        CgroupPath group = CgroupPath.parse(files.apply("/proc/" + pid + "/cgroup"));
        return Optional.of(
                new OwnerProcess(
                        pid, command, accounts.apply(uid), group.unit(), group.container()));
    }

    /// The text of a file; empty if it is gone or reading it is not permitted.
    static String text(String path) {
        try (FileInputStream in = new FileInputStream(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException gone) {
            return "";
        }
    }
}
