//! The command line: the only code that prints, exits, and reads the clock or the environment.

mod args;
mod commands;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = match args::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return terminal::clap_exit(&error),
    };
    // A panic is a fault of this program: it is told as one, and has an exit code of its own.
    let outcome = std::panic::catch_unwind(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            // Deep plans are walked by recursion.
            .thread_stack_size(16 << 20)
            .enable_all()
            .build()
            .map_err(|source| {
                tierbook::error::Error::environment("cannot start the threads of the program")
                    .caused_by(source)
            })?;
        let result = runtime.block_on(commands::run(arguments));
        // Work that was stopped is not waited for.
        runtime.shutdown_background();
        result
    });
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(errors)) => {
            terminal::show_errors(&errors);
            ExitCode::from(errors.exit_code())
        }
        Err(_) => ExitCode::from(tierbook::error::ErrorKind::Internal.exit_code()),
    }
}
