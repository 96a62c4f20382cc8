package dev.berth.testkit;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Processes;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/// Runs part of a test as another user, on a thread that alone has that user's identity.
///
/// All classes of Berth are loaded first: the user may not be permitted to enter the folder that
/// contains them, and then the first use of a class would fail.
public final class OtherUser {
    /// The uid of `nobody`.
    public static final int NOBODY = 65534;

    private static final String SUFFIX = ".class";
    private static boolean loaded;

    private OtherUser() {}

    /// Runs `task` as `uid`, on a new thread.
    public static <T> T call(int uid, Callable<T> task) throws Exception {
        FutureTask<T> run =
                new FutureTask<>(
                        () -> {
                            become(uid);
                            return task.call();
                        });
        Thread.ofPlatform().start(run).join();
        return run.get();
    }

    /// Changes the calling thread to that user permanently.
    public static void become(int uid) throws IOException {
        load();
        ErrnoException.check("setresuid", uid, Processes.setresuid(uid, uid, uid));
    }

    /// Loads classes from folders only; a jar remains readable because it is open.
    private static synchronized void load() throws IOException {
        if (!loaded) {
            loaded = true;
            for (Path folder : folders()) {
                load(folder);
            }
        }
    }

    /// The folders of the class path, the module path, and the tests, which may be on neither.
    private static Set<Path> folders() {
        Set<Path> folders = new LinkedHashSet<>();
        for (String path : List.of("java.class.path", "jdk.module.path")) {
            for (String part : System.getProperty(path, "").split(File.pathSeparator)) {
                Path folder = Path.of(part).toAbsolutePath();
                folders.add(folder);
                folders.add(folder.resolveSibling("test-classes"));
            }
        }
        folders.add(Path.of("target", "test-classes").toAbsolutePath());
        folders.removeIf(folder -> !Files.isDirectory(folder));
        return folders;
    }

    private static void load(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(SUFFIX)).toList()) {
                String path = folder.relativize(file).toString();
                String name =
                        path.substring(0, path.length() - SUFFIX.length())
                                .replace(File.separatorChar, '.');
                try {
                    Class.forName(name, false, OtherUser.class.getClassLoader());
                } catch (ClassNotFoundException | LinkageError elsewhere) {
                    // A module descriptor, or a test of something that is not on this path.
                }
            }
        }
    }
}
