@echo off
rem The desk of ektp_sched for Windows: set up once from this folder, without a network.
rem   meja-kerja.cmd [OFFICE_FOLDER]     or drop an office folder on it
setlocal
set "HERE=%~dp0"
set "ENV=%LOCALAPPDATA%\ektp-sched\{python}"
set "OFFICE=%~1"
if "%OFFICE%"=="" set "OFFICE=%USERPROFILE%\ektp-sched"
if not exist "%OFFICE%" mkdir "%OFFICE%"
set "PYTHONUTF8=1"

rem What is installed says which requirements it was installed from.
fc /b "%HERE%requirements.txt" "%ENV%\installed.txt" >nul 2>&1 && goto open

set "FOUND="
for /f "delims=" %%P in ('py -{python} -c "import sys; print(sys.executable)" 2^>nul') do set "FOUND=%%P"
if defined FOUND goto setup
for %%F in ("%HERE%python-{python}.*-amd64.exe") do set "INSTALLER=%%~F"
if not defined INSTALLER goto none
echo Memasang Python {python} ...
start "" /wait "%INSTALLER%" /quiet InstallAllUsers=0 Include_launcher=0 Shortcuts=0 PrependPath=0 TargetDir="%LOCALAPPDATA%\ektp-sched\python-{python}"
set "FOUND=%LOCALAPPDATA%\ektp-sched\python-{python}\python.exe"
if not exist "%FOUND%" goto none

:setup
echo Menyiapkan meja kerja, sekali saja ...
"%FOUND%" -m venv --clear "%ENV%" || goto failed
"%ENV%\Scripts\python.exe" -m pip install --quiet --no-index --find-links "%HERE%wheels" --require-hashes --no-deps -r "%HERE%requirements.txt" || goto failed
for %%W in ("%HERE%wheels\ektp_sched-*.whl") do "%ENV%\Scripts\python.exe" -m pip install --quiet --no-index --no-deps "%%~W" || goto failed
copy /y "%HERE%requirements.txt" "%ENV%\installed.txt" >nul || goto failed

:open
"%ENV%\Scripts\python.exe" -m ektp_sched desk "%OFFICE%"
if errorlevel 1 pause
exit /b

:none
echo Python {python} (64-bit) belum ada di komputer ini.
echo Taruh pemasangnya, python-{python}.x-amd64.exe dari python.org, di folder ini,
echo lalu jalankan meja-kerja.cmd lagi.
pause
exit /b 2

:failed
echo Meja kerja belum dapat disiapkan; tidak ada data yang berubah.
pause
exit /b 1
