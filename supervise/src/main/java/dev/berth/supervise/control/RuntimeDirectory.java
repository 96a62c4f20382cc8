package dev.berth.supervise.control;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.FileStatus;
import dev.berth.sys.Processes;
import dev.berth.sys.UserNamespace;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The directory of the supervisors' sockets: `RUNTIME/NAME/control`.
///
/// RUNTIME is `$XDG_RUNTIME_DIR/berth` if that directory is the user's own, else `/run/berth` for
/// root, else `/tmp/berth-UID`. It belongs to the user, and nobody else may write to it.
public final class RuntimeDirectory {
    /// The control socket's name in a supervisor's own directory.
    public static final String CONTROL = "control";

    private final Path root;
    private final int uid;
    private final String mode;

    private RuntimeDirectory(Path root, int uid, String mode) {
        this.root = root;
        this.uid = uid;
        this.mode = mode;
    }

    /// RUNTIME, created if it is missing.
    ///
    /// @throws IOException it cannot be created, or is not this user's alone; the message says what
    ///   to do
    public static Path locate() throws IOException {
        return ofThisUser().make(Optional.empty());
    }

    /// The same; if the directory is this user's but others may write to it, its mode is corrected.
    ///
    /// @param notes is passed what was changed
    public static Path locate(Consumer<String> notes) throws IOException {
        return ofThisUser().make(Optional.of(notes));
    }

    /// The directory of the supervisor `name`; it does not necessarily exist.
    ///
    /// @throws IOException RUNTIME exists and is not this user's alone, so that anybody may have
    ///   put anything in it
    public static Path forName(String name) throws IOException {
        return ofThisUser().directory(name);
    }

    Path directory(String name) throws IOException {
        if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            check();
        }
        return root.resolve(name);
    }

    /// The names that have a control socket, running or left behind by a crash; sorted.
    public static List<String> names() throws IOException {
        return ofThisUser().list();
    }

    private static RuntimeDirectory ofThisUser() {
        return of(System.getenv(), Processes.geteuid(), Path.of("/"));
    }

    /// The directory for a user with this environment.
    ///
    /// @param top stands for `/`
    static RuntimeDirectory of(Map<String, String> environment, int uid, Path top) {
        String given = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        if (given.startsWith("/") && ownedBy(Path.of(given), uid)) {
            return new RuntimeDirectory(Path.of(given, "berth"), uid, "rwx------");
        }
        return uid == 0
                ? new RuntimeDirectory(top.resolve("run/berth"), uid, "rwxr-xr-x")
                : new RuntimeDirectory(top.resolve("tmp/berth-" + uid), uid, "rwx------");
    }

    private static boolean ownedBy(Path directory, int uid) {
        try {
            return Files.isDirectory(directory)
                    && Files.getAttribute(directory, "unix:uid").equals(uid);
        } catch (IOException unreadable) {
            return false;
        }
    }

    Path make(Optional<Consumer<String>> notes) throws IOException {
        try {
            Files.createDirectory(root);
            // Not by an attribute of the creation: the umask must not narrow it.
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString(mode));
        } catch (FileAlreadyExistsException exists) {
            if (notes.isPresent()) {
                close(notes.get());
            }
            check();
        } catch (IOException failed) {
            throw new IOException(
                    "cannot create the directory for control sockets: "
                            + failed.getMessage()
                            + "; set XDG_RUNTIME_DIR to a directory of your own",
                    failed);
        }
        return root;
    }

    /// Files that others put into it meanwhile stay theirs, and are not used.
    private void close(Consumer<String> notes) throws IOException {
        FileStatus status = status();
        if (status.isDirectory() && status.uid() == uid && status.isWritableByOthers()) {
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString(mode));
            notes.accept(root + " was writable by others; only you may write to it now");
        }
    }

    private FileStatus status() throws ErrnoException {
        return FileStatus.at(Descriptors.AT_FDCWD, root.toString());
    }

    /// Anybody may create a directory in `/tmp`.
    private void check() throws IOException {
        FileStatus status = status();
        if (status.isDirectory() && status.uid() == uid && !status.isWritableByOthers()) {
            return;
        }
        boolean mine = status.isDirectory() && status.uid() == uid;
        boolean unmapped = status.uid() == UserNamespace.OVERFLOW_UID && UserNamespace.isPartial();
        throw new IOException(
                "%s is not a directory that only you (uid %d) can write to: mode %o, uid %d%s; "
                                .formatted(
                                        root,
                                        uid,
                                        status.mode() & 07777,
                                        status.uid(),
                                        unmapped
                                                ? " (which stands for every user that this user"
                                                        + " namespace does not have)"
                                                : "")
                        + (mine ? "make it so: chmod go-w " + root : "remove it")
                        + ", or set XDG_RUNTIME_DIR to a directory of your own");
    }

    List<String> list() throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        check();
        try (Stream<Path> entries = Files.list(root)) {
            return entries.filter(entry -> Files.exists(entry.resolve(CONTROL)))
                    .map(entry -> entry.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }
}
