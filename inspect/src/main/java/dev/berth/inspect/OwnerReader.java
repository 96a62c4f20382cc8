package dev.berth.inspect;

import dev.berth.net.Holder;
import dev.berth.net.ProcessList;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Tells who a process is: command, user, systemd unit, container. Each process is read once.
///
/// **source**: proc_pid_status(5), cgroups(7)
final class OwnerReader {
    private static final String UID = "\nUid:";

    private final Accounts accounts;
    private final UnaryOperator<String> files;
    private final Map<Integer, Optional<OwnerProcess>> known = new HashMap<>();

    OwnerReader(Accounts accounts) {
        this(accounts, OwnerReader::text);
    }

    /// - `files`: the text of a file, empty if it cannot be read, as for a test
    OwnerReader(Accounts accounts, UnaryOperator<String> files) {
        this.accounts = accounts;
        this.files = files;
    }

    /// Empty if the process is gone.
    Optional<Owner> owner(Holder holder) {
        return known.computeIfAbsent(holder.pid(), this::read)
                .map(process -> new Owner(process, holder.fd()));
    }

    private Optional<OwnerProcess> read(int pid) {
        String status = files.apply("/proc/" + pid + "/status");
        int at = status.indexOf(UID);
        String command = ProcessList.command(pid);
        if (at < 0 || command.isEmpty()) {
            return Optional.empty();
        }
        String line = status.substring(at + UID.length(), status.indexOf('\n', at + 1));
        // Real, effective, saved, for files: what it may do goes by the second.
        int uid = (int) Long.parseLong(line.strip().split("\\s+")[1]);
        CgroupPath group = CgroupPath.parse(files.apply("/proc/" + pid + "/cgroup"));
        return Optional.of(
                new OwnerProcess(
                        pid, command, accounts.name(uid), group.unit(), group.container()));
    }

    /// Empty if it is gone or not ours to read.
    static String text(String path) {
        try (FileInputStream in = new FileInputStream(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException gone) {
            return "";
        }
    }
}
